/** EC2 and Compute Engine on this host, with machines behind them, to try things by hand: `make lab`; Ctrl-C takes them away. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { machinesFor, startEc2 } from './ec2/index.ts';
import { compute } from './google/compute.ts';
import { startGoogle } from './google/index.ts';
import { machinesOf } from './google/machines.ts';
import { instancePort } from './index.ts';
import { startMoto } from './moto/index.ts';

const project = 'golden-images';
const stopped = new Promise<void>((resolve) => {
  // More than once: a terminal sends it to all of us, and make again.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { resolve(); });
});

const directory = mkdtempSync(path.join(tmpdir(), 'cupel-clouds-'));
// Whoever started this as root by sudo builds as who they are.
chmodSync(directory, 0o755);
const file = (name: string): string => path.join(directory, name);
process.once('exit', () => { rmSync(directory, { recursive: true, force: true }); });

const moto = await startMoto({ MOTO_AMIS_PATH: path.join(import.meta.dirname, 'ec2/amis.json') });
const ec2 = await startEc2(moto.url);
const instances = machinesFor('admin');
ec2.hooks.push({ before: ({ action, region }) => { tell('ec2', /^Describe/.test(action), `${region} ${action}`); return undefined; } }, instances);

const images = compute(project);
const builders = machinesOf(project, images);
const google = await startGoogle(builders.service, images.service);
google.fault = ({ method, url }) => { tell('gce', method === 'GET', `${method ?? ''} ${url ?? ''}`); return false; };
writeFileSync(file('account.json'), google.account);
writeFileSync(file('credentials.json'), google.credentials);

const exported = {
  ...moto.environment, AWS_ENDPOINT_URL_EC2: ec2.endpoint,
  GOOGLE_APPLICATION_CREDENTIALS: file('credentials.json'), CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${google.url}/compute/v1/`,
};
const lines = (values: Readonly<Record<string, string>>, before: string): string => Object.entries(values).map(([name, value]) => `${before}${name}=${value}`).join('\n');
console.log(`EC2 and Compute Engine are up; every instance is a machine of its own, at SSH port ${instancePort}. Give this to another shell:

${lines(exported, 'export ')}

An AMI, and its publication:
  node dist/cli/main.js key generate --out lab.key && node dist/cli/main.js key public lab.key >lab.pub
  packer build -only=amazon-ebs.golden -var aws_endpoint=${ec2.endpoint} -var ssh_port=${instancePort} -var signing_key=lab.key packer/cloud
  node dist/cli/main.js publish aws --key lab.pub --signing-key lab.key --store evidence
  node dist/cli/main.js images --region eu-central-1 --key lab.pub --store evidence

A Google Cloud image, for which Packer goes through a proxy that is googleapis.com to it:
  ${lines(await google.tunnel(directory), '').replaceAll('\n', ' ')} \\
    packer build -only=googlecompute.golden -var gcp_project=${project} -var gcp_account_file=${file('account.json')} -var ssh_port=${instancePort} -var signing_key=lab.key packer/cloud
  node dist/cli/main.js publish gcp --project ${project} --key lab.pub --signing-key lab.key --store evidence

What changes something is shown here. Ctrl-C takes all of it away.`);

await stopped;
console.log('stopping');
await Promise.all([instances.stop(), builders.stop()]);
await Promise.all([ec2.close(), google.stop(), moto.stop()]);
process.exit(0);

function tell(cloud: string, isLook: boolean, what: string): void {
  if (!isLook) console.log(`${cloud}  ${what}`);
}
