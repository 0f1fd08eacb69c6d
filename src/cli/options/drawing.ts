import type { DrawReport } from '../../evidence/index.ts';
import { ownFixes } from './report.ts';

/** Draws the report that goes into a bundle. It shows the moment of the build, so the same evidence gives the same page. */
export const drawReport: DrawReport = async (contents, appraisal) => {
  const { reportOfContents } = await import('../../report/gather/index.ts');
  const { renderHtml } = await import('../../report/html/index.ts');
  const { verdict, judged } = appraisal;
  return renderHtml(await reportOfContents(contents, { kind: 'bundle', name: `${verdict.target}, run ${verdict.run}` }, { appraisal, now: new Date(judged), ownFixes }));
};
