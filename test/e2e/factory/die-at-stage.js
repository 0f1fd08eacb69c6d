/**
 * Loaded into the runner with `node --import`: the runner dies of SIGKILL at the moment it
 * announces the stage that DIE_AT_STAGE names. Killing it from outside would often come late.
 */
import process from 'node:process';

const banner = `==> ${process.env.DIE_AT_STAGE} `;

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => {
    const result = write(chunk, ...rest);
    if (String(chunk).includes(banner)) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
