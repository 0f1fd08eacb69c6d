import { EvidenceError } from '../errors.ts';
import { serializeVerdict, type Tally, type Verdict } from '../gate/index.ts';
import { stableJson, type Json } from './stable-json.ts';

/** A file of the evidence: its text, or where its bytes are now. */
export type Part = { text: string } | { file: string };

/** How the machine was before hardening, for the summary's "before → after". */
export type BeforeHardening = Tally;

interface Named {
  /** Image name: letters, digits, `.`, `_` and `-`. */
  image: string;
  /** Run UUID. */
  run: string;
}

interface AnyParts {
  /** ARF, plain or gzipped; stored as `arf.xml.gz`. */
  arf?: Part;
  /** `remediation.sh`, without ignored rules. */
  remediation?: Part;
  /** `baseline.lock.yaml`. */
  baselineLock?: Part;
  /** `tailoring.xml`. */
  tailoring?: Part;
  /** `harden.jsonl`: one line per fix. */
  harden?: Part;
  /** `sbom.cdx.json`. */
  sbom?: Part;
  /** `report.html`. */
  report?: Part;
  /** `environment.json`. */
  environment?: Json;
  /** `log.jsonl`. */
  log?: Part;
  /** `before.json`. */
  before?: BeforeHardening;
}

/** A build that the gate has judged: everything that the verdict rests on must be there. */
export interface JudgedParts extends Named, AnyParts {
  verdict: Verdict;
  arf: Part;
  remediation: Part;
  baselineLock: Part;
  tailoring: Part;
  environment: Json;
}

/** A build that ended before the gate: whatever there is, for who looks into it. */
export interface FailedParts extends Named, AnyParts {
  verdict?: never;
}

export type EvidenceParts = JudgedParts | FailedParts;

/**
 * The files of the evidence with their content, by name, in the order they are written.
 * @throws EvidenceError `evidence-incomplete`, `evidence-mismatch`
 */
export function filesOf(parts: EvidenceParts): Map<string, Part> {
  if (parts.verdict !== undefined) assertWhole(parts);
  const files: [string, Part | undefined][] = [
    ['arf.xml.gz', parts.arf],
    ['verdict.json', parts.verdict && { text: serializeVerdict(parts.verdict) }],
    ['before.json', parts.before && { text: `${JSON.stringify(parts.before, null, 2)}\n` }],
    ['remediation.sh', parts.remediation],
    ['baseline.lock.yaml', parts.baselineLock],
    ['tailoring.xml', parts.tailoring],
    ['harden.jsonl', parts.harden],
    ['environment.json', parts.environment === undefined ? undefined : { text: stableJson(parts.environment) }],
    ['sbom.cdx.json', parts.sbom],
    ['report.html', parts.report],
    ['log.jsonl', parts.log],
  ];
  return new Map(files.filter((file): file is [string, Part] => file[1] !== undefined));
}

/** The types say so already; what is assembled at run time is asked again before it is called evidence. */
function assertWhole(parts: JudgedParts): void {
  const needed = ['arf', 'remediation', 'baselineLock', 'tailoring', 'environment'] as const;
  const held: AnyParts = parts;
  const missing = needed.filter((name) => held[name] === undefined);
  if (missing.length > 0) throw new EvidenceError('evidence-incomplete', `the evidence of ${parts.image} lacks ${missing.join(', ')}`);
  if (parts.verdict.run !== parts.run) {
    throw new EvidenceError('evidence-mismatch', `the verdict is of run "${parts.verdict.run}", the evidence of run "${parts.run}"`);
  }
}
