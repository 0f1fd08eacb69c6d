import type { Image, LaunchPermission } from '@aws-sdk/client-ec2';
import type { ImageFacts, Tags } from './facts.ts';

/** What DescribeImages tells of an image: not whom it is shared with, nor its snapshots' tags. */
export function factsOf(region: string, image: Image): ImageFacts {
  const snapshots = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs?.SnapshotId === undefined ? [] : [Ebs.SnapshotId]));
  return {
    region, id: image.ImageId ?? '', name: image.Name ?? '', account: image.OwnerId ?? '', state: image.State ?? '', created: image.CreationDate ?? '',
    tags: tagsOf(image.Tags), imds: image.ImdsSupport, deprecated: image.DeprecationTime, launchers: [],
    // "enabled", "enabled-with-cooldown", "disabled", "disabled-with-cooldown".
    protected: image.DeregistrationProtection?.startsWith('enabled') ?? false,
    snapshots: snapshots.map((id) => ({ id, tags: {}, sharedWith: [] })),
  };
}

export function tagsOf(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function launcher(permission: LaunchPermission): string {
  return permission.UserId ?? permission.OrganizationArn ?? permission.OrganizationalUnitArn ?? permission.Group ?? '';
}

export function permissions(who: readonly string[]): LaunchPermission[] {
  return who.map((name) => {
    if (name === 'all') return { Group: 'all' as const };
    if (/^\d{12}$/.test(name)) return { UserId: name };
    return name.includes(':ou/') ? { OrganizationalUnitArn: name } : { OrganizationArn: name };
  });
}
