import type { Io } from '../io.ts';

/** Tells how far a load is, at each tenth of it, in whole lines: Packer and CI logs know no cursor. */
export function noteTransfer(io: Pick<Io, 'note'>): (bytes: number, total: number) => void {
  let told = 0;
  return (bytes, total) => {
    const tenth = Math.floor((bytes / total) * 10);
    if (tenth <= told) return;
    told = tenth;
    io.note(`cupel: ${(bytes / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
  };
}
