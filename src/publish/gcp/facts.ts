/** What is: one image of a project. */
export interface GcpImage {
  project: string;
  name: string;
  status: string;
  created: string;
  family: string | undefined;
  labels: Labels;
  labelFingerprint: string;
  /** `DEPRECATED`, `OBSOLETE`, `DELETED`; undefined for one in use. */
  deprecated: string | undefined;
  selfLink: string;
}

export type Labels = Readonly<Record<string, string>>;

/** Labels that Cupel writes: a-z, 0-9, hyphen and underscore, at most 63 of them. */
export const label = {
  image: 'cupel-image',
  run: 'cupel-run',
  baseline: 'cupel-baseline',
  /** With an underscore for the point: `0_99411`. */
  passRate: 'cupel-pass-rate',
  content: 'cupel-content',
  /** The first 63 of the 64 digits. */
  bundle: 'cupel-bundle-sha256',
  ignoresUntil: 'cupel-ignores-until',
  /** `published`, `quarantined` or `revoked`; nothing until publishing has finished. */
  state: 'cupel-state',
} as const;

/** What a label may hold of a text. */
export function labelValue(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_-]/g, '_').slice(0, 63);
}

/** As bindings and stores know the image. */
export function imageIdOf({ project, name }: Pick<GcpImage, 'project' | 'name'>): string {
  return `projects/${project}/global/images/${name}`;
}
