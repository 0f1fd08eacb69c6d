import type { ReportDrawer } from '../../evidence/index.ts';
import { ownFixes } from './report.ts';

/** Draws the report that goes into a bundle. It shows the moment of the build, so the same evidence gives the same page. */
export async function reportDrawer(): Promise<ReportDrawer> {
  const { DetailCollector } = await import('../../assay/detail/index.ts');
  const { reportOfContents } = await import('../../report/gather/index.ts');
  const { renderHtml } = await import('../../report/html/index.ts');
  const details = new DetailCollector();
  return {
    beside: details,
    draw: async (contents, appraisal) => {
      const { verdict, judged } = appraisal;
      return renderHtml(await reportOfContents(contents, { kind: 'bundle', name: `${verdict.target}, run ${verdict.run}` }, { examined: { appraisal, details }, now: new Date(judged), ownFixes }));
    },
  };
}
