/** What a remediation changed, from two rollback-point records. Pure. */

/** A file as `find` saw it. */
interface FileFact {
  kind: string;
  mode: string;
  uid: string;
  gid: string;
  /** When content, owner or permissions last changed. */
  changed: string;
}

export interface Changes {
  /** Paths below `/`, without it. Made by the remediation. */
  made: string[];
  /** Changed or removed, and kept in the rollback point. */
  altered: string[];
  /** Only owner and permissions were kept. */
  permissions: { path: string; mode: string; uid: string; gid: string }[];
  packages: { added: string[]; removed: { name: string; version: string }[] };
  /** Units by what they were before. */
  units: { stopped: string[]; started: string[] };
  sysctl: { key: string; value: string }[];
  mounts: { path: string; options: string }[];
  ruleset: boolean;
}

/** What `rollback-point` wrote, as text; files by path. */
export interface Record {
  files: string;
  packages: string;
  units: string;
  sysctl: string;
  mounts: string;
  ruleset: string;
}

/** Made anew by the tools themselves whenever something changes. */
const derived = /^etc\/(ld\.so\.cache|mtab|\.pwd\.lock|\.updated|group-|gshadow-|passwd-|shadow-)$/;

/** @param held paths whose content the rollback point keeps */
export function changesBetween(before: Record, after: Record, held: ReadonlySet<string>): Changes {
  const [then, now] = [readFiles(before.files), readFiles(after.files)];
  const changes: Changes = {
    made: [...now.keys()].filter((path) => !then.has(path) && isRestored(path)).sort(),
    altered: [], permissions: [],
    packages: packageChanges(readPairs(before.packages), readPairs(after.packages)),
    units: unitChanges(readPairs(before.units), readPairs(after.units)),
    sysctl: altered(readPairs(before.sysctl), readPairs(after.sysctl)).map(([key, value]) => ({ key, value })),
    mounts: altered(readPairs(before.mounts), readPairs(after.mounts)).map(([path, options]) => ({ path, options })),
    ruleset: before.ruleset !== after.ruleset,
  };
  for (const [path, fact] of [...then].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = now.get(path);
    if (found?.changed === fact.changed) continue;
    if (held.has(path)) {
      // A folder's time changes with what is in it.
      if (!derived.test(path) && !(fact.kind === 'd' && found !== undefined && samePermissions(fact, found))) changes.altered.push(path);
    } else if (found !== undefined && !samePermissions(fact, found)) {
      changes.permissions.push({ path, mode: fact.mode, uid: fact.uid, gid: fact.gid });
    }
  }
  return changes;
}

/** Only where fixes make files. A new log, a new kernel, and what somebody put into a home are not taken away. */
function isRestored(path: string): boolean {
  return !derived.test(path) && /^(etc|usr\/share\/pam-configs|usr\/(local\/)?lib\/sysctl\.d|var\/lib\/pam|var\/spool\/cron)(\/|$)/.test(path);
}

function samePermissions(a: FileFact, b: FileFact): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.kind === b.kind;
}

function readFiles(text: string): Map<string, FileFact> {
  const files = new Map<string, FileFact>();
  for (const entry of text.split('\0')) {
    const [kind, mode, uid, gid, changed, ...path] = entry.split('\t');
    if (kind === undefined || mode === undefined || uid === undefined || gid === undefined || changed === undefined) continue;
    files.set(path.join('\t'), { kind, mode, uid, gid, changed });
  }
  return files;
}

function readPairs(text: string): Map<string, string> {
  return new Map(text.split('\n').filter((line) => line.includes('\t')).map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]));
}

/** Those of both with another value now, with the value before. */
function altered(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): [string, string][] {
  return [...before].filter(([key, value]) => after.has(key) && after.get(key) !== value);
}

function packageChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Changes['packages'] {
  return {
    added: [...after.keys()].filter((name) => !before.has(name)).sort(),
    removed: [...before].filter(([name]) => !after.has(name)).map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function unitChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Changes['units'] {
  // Oneshot units and per-connection ones come and go by themselves.
  const lasting = ([unit]: [string, string]): boolean => !unit.includes('@');
  return {
    stopped: [...before].filter(lasting).filter(([unit, state]) => state === 'active' && after.get(unit) !== 'active').map(([unit]) => unit).sort(),
    started: [...after].filter(lasting).filter(([unit, state]) => state === 'active' && before.get(unit) !== 'active').map(([unit]) => unit).sort(),
  };
}

/** Values that change by themselves from one moment to the next are put back by nobody. */
export const volatileSysctl = /^(kernel\.(random|ns_last_pid|pty\.nr)|fs\.(dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota)|net\.netfilter\.nf_conntrack_count|kernel\.osrelease|kernel\.perf_)/;
