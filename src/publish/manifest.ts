import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { EvidenceError, UsageError } from '../errors.ts';

/** One finished build as Packer's manifest post-processor records it. */
export interface PackedBuild {
  /** Packer's builder: `amazon-ebs`, `googlecompute`, `qemu`. */
  builder: string;
  /** Run UUID: the template's own word for it, else Packer's. */
  run: string;
  /** Image name, when the template says it. */
  image: string | undefined;
  /** Where the template says that the evidence is, relative to where Packer ran. */
  evidence: string | undefined;
  /** As the builder writes it: `region:ami-…,region:ami-…` or an image name. */
  artifact: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const manifestSchema = z.object({
  builds: z.array(z.object({
    builder_type: z.string(),
    artifact_id: z.string(),
    packer_run_uuid: z.string(),
    custom_data: z.record(z.string(), z.string()).nullish(),
  })),
  last_run_uuid: z.string(),
});

/**
 * The last run's build of one builder. Older builds in the same manifest are not looked at.
 * @throws EvidenceError `manifest-missing`, `manifest-unreadable`, `manifest-empty`; UsageError `manifest-ambiguous`
 */
export async function readManifest(path: string, builder: string): Promise<PackedBuild> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EvidenceError('manifest-missing', `${path} cannot be read`, { cause, subject: path });
  });
  const manifest = parse(text, path);
  const builds = manifest.builds.filter((build) => build.packer_run_uuid === manifest.last_run_uuid && build.builder_type === builder);
  const [build, second] = builds;
  if (build === undefined) throw new EvidenceError('manifest-empty', `${path}: its last run made nothing with ${builder}`, { subject: path });
  if (second !== undefined) throw new UsageError('manifest-ambiguous', `${path}: its last run made ${builds.length} artifacts with ${builder}`);
  const run = (build.custom_data?.['run'] ?? build.packer_run_uuid).toLowerCase();
  if (!uuid.test(run)) throw new EvidenceError('manifest-unreadable', `${path}: "${run}" is no run UUID`, { subject: path });
  return { builder, run, image: build.custom_data?.['image'], evidence: build.custom_data?.['evidence'], artifact: build.artifact_id };
}

function parse(text: string, path: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EvidenceError('manifest-unreadable', `${path}: not a manifest of Packer's`, { cause, subject: path });
  }
}
