import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, TargetError } from '../errors.ts';
import { loadOwnFixes } from '../harden/index.ts';
import { spaceOr, type Target, uploadFiles } from '../target/index.ts';

/** Where the agent lives in the image. */
export const agentDirectory = '/usr/lib/cupel';
/** While it is there, the scanner's timers start nothing: the image is not yet what it will be. Sealing removes it. */
export const buildingMark = '/usr/share/cupel/building';

export interface AgentOptions {
  /** The folder `provisioners/` of this package. */
  provisioners: string;
  /** Of the content, for example `debian12`: whose fixes of our own go along. */
  product: string;
  /** Every XCCDF value of the tailored profile, by short id; our own fixes go by them. */
  values: Readonly<Record<string, string>>;
  /** As `uname -m` names it. */
  architecture: string;
  /** Whether this is a build that will be sealed: until then the scanner's timers must not start it. */
  building: boolean;
}

/** `uname -m` → the folder that `make agent` writes. */
const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };
/** Path in the image below `/` of each program. */
const programs = { 'cis-scanner': 'usr/lib/cupel/cis-scanner', 'cis-exporter': 'usr/lib/cupel/exporter/cis-exporter' } as const;
/**
 * What lies beside the exporter's program in the folder that is its root (`cis-exporter@.service`): places where systemd, which
 * would make them at the first scrape, mounts its own, the reports and the configuration; behind TLS also what stunnel is made of.
 */
const exporterPlaces = [
  'dev', 'etc/cupel', 'proc', 'root', 'run/credentials', 'run/systemd/incoming', 'sys', 'tmp', 'var/lib/cupel', 'var/tmp',
  'bin', 'etc/pki', 'etc/ssl', 'lib', 'lib64', 'usr',
].map((place) => `usr/lib/cupel/exporter/${place}`);
/** Path in the image below `/` → path below `provisioners/`. */
const shipped: Readonly<Record<string, { from: string; mode: number }>> = {
  'usr/lib/cupel/libexec/harden-runner': { from: 'harden/runner.sh', mode: 0o755 },
  'usr/lib/cupel/libexec/logins': { from: 'agent/libexec/logins', mode: 0o755 },
  'usr/lib/cupel/libexec/oscap-run-sce-script': { from: 'agent/libexec/oscap-run-sce-script', mode: 0o755 },
  'usr/lib/cupel/libexec/oscap-apt.conf': { from: 'agent/libexec/oscap-apt.conf', mode: 0o644 },
  'usr/lib/cupel/libexec/run-oscap': { from: 'agent/libexec/run-oscap', mode: 0o755 },
  'usr/lib/cupel/libexec/rollback-point': { from: 'agent/libexec/rollback-point', mode: 0o755 },
  'usr/lib/systemd/system-generators/cis-exporter-generator': { from: 'agent/units/cis-exporter-generator', mode: 0o755 },
  'usr/lib/cupel/exporter.conf': { from: 'agent/units/exporter.conf', mode: 0o644 },
  ...Object.fromEntries(['cis-scanner.service', 'cis-scanner.timer', 'cis-scanner-boot.timer', 'cis-remediate.service', 'cis-exporter.socket', 'cis-exporter@.service']
    .map((unit) => [`usr/lib/systemd/system/${unit}`, { from: `agent/units/${unit}`, mode: 0o644 }])),
  // Not in force until the operator copies them.
  ...Object.fromEntries(['remediate.conf', 'stunnel.conf', 'tls.conf'].map((name) => [`usr/lib/cupel/drop-ins/${name}`, { from: `agent/units/drop-ins/${name}`, mode: 0o644 }])),
};

type Files = Record<string, { content: string | Uint8Array; mode: number }>;

/**
 * Puts the agent into the image: programs, units (the timers and the exporter's socket enabled), our own fixes. What an
 * image that this one is built on has left of it goes first.
 * @param root a root file system to put it into; empty for the target itself
 * @throws ConfigurationError `agent-missing`, `agent-architecture`; TargetError `embed-failed`, `upload-failed`, `target-disk-full`
 */
export async function embedAgent(target: Target, options: AgentOptions, root = ''): Promise<void> {
  const files = await agentFiles(options);
  const folders = [...new Set([...Object.keys(files), ...exporterPlaces.map((place) => `${place}/`)].flatMap(parentsOf))].sort();
  const prepared = await target.run(prepare, { args: [root, ...folders] });
  if (prepared.exitCode !== 0) throw spaceOr('embed-failed', `${target.name}: there is no place for the agent in the image`, prepared.stderr);
  await uploadFiles(target, `${root}/`, files);
  const enabled = await target.run(enable, { args: [root] });
  if (enabled.exitCode !== 0) throw new TargetError('embed-failed', `${target.name}: the agent could not be enabled: ${enabled.stderr.trim()}`);
}

/** Folders that are there keep their owner and mode. What an image before was and how it fared says nothing of this one. */
const prepare = 'set -eu; root=$1; shift; rm -rf "$root/usr/lib/cupel" "$root/usr/share/cupel/build" "$root/var/lib/cupel"; umask 022; cd "$root/"; for folder in "$@"; do mkdir -p "$folder"; done';

// Links, not systemctl: the same in a machine that runs and in a root that does not.
const enable = String.raw`
set -eu
cd "$1/"
umask 022
for pair in timers.target:cis-scanner.timer timers.target:cis-scanner-boot.timer sockets.target:cis-exporter.socket; do
  wants=etc/systemd/system/${'$'}{pair%%:*}.wants
  mkdir -p "$wants"
  ln -sfn "/usr/lib/systemd/system/${'$'}{pair#*:}" "$wants/${'$'}{pair#*:}"
done
# What a timer without Unit= starts has its name.
ln -sfn cis-scanner.service usr/lib/systemd/system/cis-scanner-boot.service
mkdir -p usr/bin
ln -sfn ../lib/cupel/cis-scanner usr/bin/cis-scanner
ln -sfn exporter/cis-exporter usr/lib/cupel/cis-exporter
# A site's own stays.
mkdir -p etc/cupel
[ -e etc/cupel/exporter.conf ] || cp usr/lib/cupel/exporter.conf etc/cupel/exporter.conf
if [ -z "$1" ] && command -v restorecon >/dev/null; then
  restorecon -R /usr/lib/cupel /etc/cupel /etc/systemd/system /usr/lib/systemd/system /usr/lib/systemd/system-generators /usr/share/cupel /usr/bin/cis-scanner
fi
if [ -z "$1" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
`;

/** Paths below `/` → what is put there. */
async function agentFiles({ provisioners, product, values, architecture, building }: AgentOptions): Promise<Files> {
  const folder = architectures[architecture];
  if (folder === undefined) {
    throw new ConfigurationError('agent-architecture', `there is no agent for ${architecture}`, { remedy: `the agent is built for ${Object.keys(architectures).join(' and ')}` });
  }
  const files: Files = {};
  for (const [program, path] of Object.entries(programs)) files[path] = { content: await readProgram(join(provisioners, 'agent', 'bin', folder, program)), mode: 0o755 };
  for (const [path, { from, mode }] of Object.entries(shipped)) files[path] = { content: await readFile(join(provisioners, from)), mode };
  for (const [rule, { text }] of await loadOwnFixes(join(provisioners, 'fixes'), product)) files[`usr/lib/cupel/fixes/${rule}.sh`] = { content: text, mode: 0o644 };
  files['usr/lib/cupel/fixes/values.json'] = { content: `${JSON.stringify(values, null, 2)}\n`, mode: 0o644 };
  if (building) files[buildingMark.slice(1)] = { content: '', mode: 0o644 };
  return files;
}

async function readProgram(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigurationError('agent-missing', `${path}: there is no agent`, { cause, subject: path, remedy: 'build it: make agent' });
  }
}

/** `usr/lib/cupel/fixes/x.sh` → `usr`, `usr/lib`, `usr/lib/cupel`, `usr/lib/cupel/fixes`. */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
