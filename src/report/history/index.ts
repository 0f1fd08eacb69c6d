/** Every image line over time, as a static site. */
export { collectHistory } from './collect.ts';
export { writeHistory } from './write.ts';
export type { Build, History, ImageLine } from './model.ts';
