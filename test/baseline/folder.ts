import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of baselines with the given files, and the choices of the fixture content. */
export async function baselineFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cupel-test-'));
  for (const [name, text] of Object.entries({ 'choices/mini.yml': choices, ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

export const choices = `
products: [mini]
choices:
  firewall:
    title: Firewall
    recognise: nftables|ufw
    alternatives:
      nftables: { title: nftables, rules: [package_nftables_installed] }
      ufw: { title: ufw, rules: [package_ufw_installed] }
  time:
    title: Time
    recognise: chrony|timesync
    alternatives:
      chrony: { title: chrony, rules: [package_chrony_installed] }
      timesyncd: { title: timesyncd, rules: [service_timesyncd_enabled], values: { var_length: "12", var_absent: x } }
`;

/** A small baseline for the fixture content, with more keys added. */
export const mini = (more = ''): string => `name: mini
content: { product: mini, version: ">=0.1.82" }
profile: base
${more}`;
