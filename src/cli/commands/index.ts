/**
 * Every command, in the order `cupel --help` shows them. One file each, loaded only when it is called.
 * `describe` stands here too, so that the list of commands needs none of them.
 */
import type { CommandEntry } from '../command.ts';

export const commands: readonly CommandEntry[] = [
  { name: 'provision', describe: 'harden, assay and seal a builder VM (called by Packer)', load: async () => (await import('./provision.ts')).provisionCommand },
  { name: 'check', describe: 'assay and gate on any machine, changing nothing', load: async () => (await import('./check.ts')).checkCommand },
  { name: 'gate', describe: 'judge an ARF already there by a baseline', load: async () => (await import('./gate.ts')).gateCommand },
  { name: 'report', describe: 'draw evidence or an ARF: for people, for CI, for other tools', load: async () => (await import('./report.ts')).reportCommand },
  { name: 'diff', describe: 'compare two: image with image, image with machine, last night with tonight', load: async () => (await import('./diff.ts')).diffCommand },
  { name: 'compare', describe: 'hold what another scanner found against an assay', load: async () => (await import('./compare.ts')).compareCommand },
  { name: 'verify', describe: 'check the evidence of an image: signature, digests, agreement, the gate again', load: async () => (await import('./verify.ts')).verifyCommand },
  { name: 'fetch', describe: 'download the evidence of an image, and verify it', load: async () => (await import('./fetch.ts')).fetchCommand },
  { name: 'store', describe: 'keep evidence where anyone finds it by the id of its image', load: async () => (await import('./store.ts')).storeCommand },
  { name: 'bundle', describe: 'check, sign and pack the evidence of an accepted build', load: async () => (await import('./bundle.ts')).bundleCommand },
  { name: 'register', describe: 'make the disk of an embedded build an image of a cloud, when its evidence verifies', load: async () => (await import('./register.ts')).registerCommand },
  { name: 'publish', describe: 'after the build: verify again, bind the image id, tag, share, retire the old', load: async () => (await import('./publish.ts')).publishCommand },
  { name: 'images', describe: 'the published images: baseline, pass rate, age, state', load: async () => (await import('./images.ts')).imagesCommand },
  { name: 'revoke', describe: 'take a published image back', load: async () => (await import('./revoke.ts')).revokeCommand },
  { name: 'history', describe: 'draw every image over time, as a static site', load: async () => (await import('./history.ts')).historyCommand },
  { name: 'embed', describe: 'put the agent, content and baseline into a root file system that is not running', load: async () => (await import('./embed.ts')).embedCommand },
  { name: 'key', describe: 'make a key that signs hallmarks; show its public half', load: async () => (await import('./key.ts')).keyCommand },
  { name: 'baseline', describe: 'what there is, what is wrong with it, why a rule is ignored', load: async () => (await import('./baseline.ts')).baselineCommand },
  { name: 'content', describe: 'get pinned SCAP content; what is in it', load: async () => (await import('./content.ts')).contentCommand },
];
