import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startAlertmanager } from '../../e2e/exporter/alertmanager.ts';

/** What fires at once on three machines: one that does not answer, one without a report, one that is merely not as it should be. */
const firing: Readonly<Record<string, readonly string[]>> = {
  dark: ['CisExporterDown', 'CisReportMissing', 'CisReportStale', 'CisRuleFailed'],
  blank: ['CisReportMissing', 'CisReportOfOtherBaseline', 'CisReportStale', 'CisScanFailed'],
  drifted: ['CisDrift', 'CisRuleFailed'],
};

interface Alert { labels: Record<string, string>; status: { inhibitedBy: string[] } }

describe('the Alertmanager example', () => {
  let alertmanager: Awaited<ReturnType<typeof startAlertmanager>> | undefined;
  before(async () => { alertmanager = await startAlertmanager(); });
  after(() => alertmanager?.stop());

  it('says once what is wrong with a machine of which nothing else is known, and keeps quiet about no other', async () => {
    const api = `http://${alertmanager?.address ?? ''}/api/v2/alerts`;
    const alerts = Object.entries(firing).flatMap(([instance, names]) => names.map((alertname) => ({ labels: { alertname, instance, severity: 'high' } })));
    expect((await fetch(api, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(alerts) })).status).to.equal(200);
    const heard = async (): Promise<string[]> => (await (await fetch(api)).json() as Alert[])
      .filter(({ status }) => status.inhibitedBy.length === 0).map(({ labels }) => `${labels['instance'] ?? ''} ${labels['alertname'] ?? ''}`).sort();
    const expected = ['blank CisReportMissing', 'blank CisScanFailed', 'dark CisExporterDown', 'drifted CisDrift', 'drifted CisRuleFailed'];
    // The alerts are taken in one by one.
    for (const deadline = Date.now() + 10_000; Date.now() < deadline && (await heard()).join() !== expected.join();) await delay(50);
    expect(await heard()).to.deep.equal(expected);
  });
});
