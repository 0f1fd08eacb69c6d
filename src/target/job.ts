import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceError, TargetError } from '../errors.ts';
import { LineReader } from './lines.ts';
import type { Target } from './target.ts';

export interface Job {
  /** [a-z0-9-]+, unique within the run. */
  name: string;
  /** Bash; runs as root, detached from any login. */
  script: string;
  args?: readonly string[];
  /** The machine itself ends the job after this time. */
  timeoutSeconds: number;
  /** Exit codes that are an answer and no failure; 0 alone when undefined. */
  answers?: readonly number[];
  /** Each complete line of stdout, as it comes, exactly once, also across dropped connections. */
  onLine?: (line: string) => void;
}

export interface JobResult {
  exitCode: number;
  /** The end of stderr, at most 8 kB. */
  stderr: string;
  /** How long the job itself took, by the machine's own clock since its boot. */
  seconds: number;
}

const mark = '\u001e';
/** What follows in the output is the end of stderr, up to the mark with the exit code. */
const stderrMark = `${mark}stderr`;

// What a full disk stopped may have left some room behind, so less than 32 MiB counts as full. The message goes to stderr.
const probe = 'head -c 33554432 /dev/zero >"$dir/room" || :; rm -f "$dir/room"';

const start = String.raw`
set -eu
dir=$1 unit=$2 limit=$3; shift 3
[ -s "$dir/pid" ] && exit 0
mkdir -p "$dir"
umask 077
cat >"$dir/script"
cat >"$dir/wrapper" <<'END'
dir=$1; shift
cd "$dir"
echo $$ >pid.part && mv pid.part pid
read -r began _ </proc/uptime
bash ./script "$@" </dev/null >>out 2>>err
code=$?
read -r ended _ </proc/uptime
echo "$code $began $ended" >exit.part && mv exit.part exit
{ printf '\036stderr\n'; tail -c 8192 err | tr -d '\036'; printf '\n\036'; cat exit; } >>out
END
: >>"$dir/out"
# systemd older than 243 knows no OOMPolicy, and does what we want.
version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
spare=
if [ -n "$version" ] && [ "$version" -ge 243 ]; then spare=--property=OOMPolicy=continue; fi
# A shell started by the unit must find what a root login finds.
systemd-run --quiet --unit="$unit" --collect --property=RuntimeMaxSec="$limit" $spare \
  --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --setenv=HOME=/root --setenv=LC_ALL=C.UTF-8 \
  -- /bin/sh "$dir/wrapper" "$dir" "$@"
i=0
until [ -s "$dir/pid" ]; do
  i=$((i + 1)); [ "$i" -lt 1500 ] || { echo 'its process did not appear within 30 s' >&2; ${probe}; exit 1; }
  sleep 0.02
done
`;

// tail ends by itself when the job's process is gone, so a job that was killed does not hang us. It is told to look
// often, because on overlayfs, and under some old kernels, nothing tells it that the file grew.
const follow = 'exec tail -c "+$2" -s 0.03 -f --pid="$(cat "$1/pid")" "$1/out" 2>/dev/null';

const outcome = `
if [ -s "$1/exit" ]; then cat "$1/exit"
elif kill -0 "$(cat "$1/pid")" 2>/dev/null; then echo running
elif [ -s "$1/exit" ]; then cat "$1/exit"
else echo lost; fi
tail -c 8192 "$1/err" 2>/dev/null || :`;

const roomLeft = `dir=$1; ${probe}`;

/**
 * Runs a job detached inside the target (a transient systemd unit) and follows its output.
 * A dropped connection, a restarted sshd or a changed firewall does not end it: we come back to it.
 * @throws TargetError `target-disk-full`, `job-start`, `job-lost` (killed, out of memory, out of time), or when the target stays away
 */
export async function runJob(target: Target, workDirectory: string, unitPrefix: string, job: Job): Promise<JobResult> {
  // The unit's name, so that what an earlier run left on this machine is not taken for this run's.
  const directory = `${workDirectory}/jobs/${unitPrefix}-${job.name}`;
  const started = await target.run(start, { args: [directory, `${unitPrefix}-${job.name}`, String(job.timeoutSeconds), ...(job.args ?? [])], input: job.script });
  if (started.exitCode !== 0) throw spaceOr('job-start', `${target.name}: could not start the job ${job.name}`, started.stderr);

  const ending = await followToEnd(target, directory, job);
  const { exitCode } = ending;
  if (exitCode !== undefined && (job.answers ?? [0]).includes(exitCode)) return { ...ending, exitCode };
  // On a full disk neither the exit code nor what stderr said can be relied on to be there.
  await expectRoom(target, directory, `${target.name}: the job ${job.name} could not come to its end`, ending.stderr);
  if (exitCode === undefined) {
    throw new TargetError('job-lost', `${target.name}: the job ${job.name} was killed before its end (out of memory, or over its ${job.timeoutSeconds} s)`, {
      subject: target.name,
      cause: ending.stderr,
    });
  }
  return { ...ending, exitCode };
}

/** Without an exit code the job was killed. */
type Ending = Omit<JobResult, 'exitCode'> & { exitCode: number | undefined };

/** @param words exit code, and the machine's uptime when the job began and ended */
function readEnding(words: string, stderr: readonly string[]): Ending | undefined {
  const match = /^(\d+) (\d+\.\d+) (\d+\.\d+)$/.exec(words);
  if (match === null) return undefined;
  return { exitCode: Number(match[1]), stderr: stderr.join('\n'), seconds: Number(match[3]) - Number(match[2]) };
}

/** Hands over each line once, however often the reader or the connection breaks. */
async function followToEnd(target: Target, directory: string, job: Job): Promise<Ending> {
  const told = new Told(job);
  const ended = (): Ending | undefined => told.ending;
  const lines = new LineReader((line) => { told.take(line); });
  for (;;) {
    const stop = new AbortController();
    const failures: unknown[] = [];
    lines.restart();
    const whole = await target.stream(follow, [directory, String(lines.consumed + 1)], (chunk) => {
      if (ended() !== undefined || failures.length > 0) return;
      try {
        lines.push(chunk);
      } catch (error) {
        // Thrown inside a stream's event it would end the process.
        failures.push(error);
      }
      if (ended() !== undefined || failures.length > 0) stop.abort();
    }, stop.signal);
    if (failures.length > 0) throw failures[0];
    const heard = ended();
    if (heard !== undefined) return heard;
    if (!whole) await comeBack(target);
    const ending = await readOutcome(target, directory);
    if (ending === undefined) {
      // Only the reader died; not too fast, in case it dies each time.
      if (whole) await sleep(500);
      continue;
    }
    // Ended between two reads, or without a whole last line.
    const rest = await target.run('tail -c "+$2" "$1/out"', { args: [directory, String(lines.consumed + 1)] });
    lines.restart();
    lines.push(Buffer.from(rest.stdout));
    return ending;
  }
}

/** What the job's output file says: lines of the job's own, then how it ended. */
class Told {
  readonly #job: Job;
  #stderr: string[] | undefined;
  ending: Ending | undefined;

  constructor(job: Job) {
    this.#job = job;
  }

  take(line: string): void {
    // A last line of the job's own without its end stands before the mark; it is no line.
    if (line.endsWith(stderrMark)) this.#stderr = [];
    else if (this.#stderr === undefined) this.#job.onLine?.(line);
    else if (line.startsWith(mark)) this.ending = readEnding(line.slice(1), this.#stderr);
    else this.#stderr.push(line);
  }
}

/** @returns undefined while the job is running */
async function readOutcome(target: Target, directory: string): Promise<Ending | undefined> {
  const deadline = Date.now() + reconnectSeconds * 1000;
  for (;;) {
    const result = await target.run(outcome, { args: [directory] });
    const [word = '', ...stderr] = result.stdout.split('\n');
    if (result.exitCode === 0 && word === 'running') return undefined;
    if (result.exitCode === 0 && word === 'lost') return { exitCode: undefined, stderr: stderr.join('\n'), seconds: NaN };
    const ending = result.exitCode === 0 ? readEnding(word, stderr) : undefined;
    if (ending !== undefined) return ending;
    // Root is out of reach. A guarded step that took sudo away is rolled back by the machine.
    if (Date.now() >= deadline) throw new TargetError('target-sudo', `${target.name}: root is not to be had any more: ${result.stderr.trim()}`, { subject: target.name });
    await sleep(1000);
  }
}

/** As above: refused logins may pass, another host key does not. */
async function comeBack(target: Target): Promise<void> {
  const deadline = Date.now() + reconnectSeconds * 1000;
  for (;;) {
    try {
      await target.reconnect(Math.max(1, (deadline - Date.now()) / 1000));
      return;
    } catch (error) {
      if (!(error instanceof TargetError) || error.code !== 'target-login' || Date.now() >= deadline) throw error;
    }
    await sleep(2000);
  }
}

/** A machine that does not answer for this long during a job is lost. */
const reconnectSeconds = 180;

const saysFull = (stderr: string): boolean => /No space left on device|Disk quota exceeded/i.test(stderr);

/** @throws TargetError `target-disk-full` when that was said, or when the directory on the target takes no more than a little */
async function expectRoom(target: Target, directory: string, message: string, said: string): Promise<void> {
  const cause = saysFull(said) ? said : (await target.run(roomLeft, { args: [directory] })).stderr;
  if (saysFull(cause)) throw new TargetError('target-disk-full', `${message}: the disk is full`, { cause });
}

/** A full disk hides behind many messages; name it. */
export function spaceOr(code: string, message: string, stderr: string): TargetError {
  return saysFull(stderr)
    ? new TargetError('target-disk-full', `${message}: the disk is full`, { cause: stderr })
    : new TargetError(code, `${message}: ${stderr.trim()}`, { cause: stderr });
}

/** For callers that read evidence out of a job. */
export function evidenceFrom(code: string, message: string, result: Pick<JobResult, 'exitCode' | 'stderr'>): EvidenceError {
  const words = result.stderr.trim().split('\n').slice(-3).join('; ');
  return new EvidenceError(code, `${message} (exit ${result.exitCode})${words === '' ? '' : `: ${words}`}`, { cause: result.stderr });
}
