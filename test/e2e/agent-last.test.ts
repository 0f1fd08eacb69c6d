import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { embed, smallBaseline } from './agent/embed.ts';
import { machineForAll, REPOSITORY, scapContent, scratch } from './factory/index.ts';

const breakSshd = `sed -i '/^MaxSessions/Id' /etc/ssh/sshd_config && echo 'MaxSessions 100' >>/etc/ssh/sshd_config`;
const mend = `sed -i '/^MaxSessions/Id' /etc/ssh/sshd_config && echo 'MaxSessions 10' >>/etc/ssh/sshd_config`;

/** What the documentation says to write, by the word before it. */
function documented(tool: string): string {
  const text = readFileSync(path.join(REPOSITORY, 'docs/after-launch.md'), 'utf8');
  const [, block] = new RegExp(`\\*\\*${tool}\\*\\*[^]*?\`\`\`yaml\\n([^]*?)\`\`\``).exec(text) ?? [];
  if (block === undefined) throw new Error(`docs/after-launch.md says nothing of ${tool}`);
  return block;
}

describe('cis-scanner scan --fail as the last step', () => {
  const machine = machineForAll({ name: 'last', packages: ['openscap-scanner'] });
  const directory = scratch();
  const must = async (command: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine().exec(command);
    expect(exitCode, `${command}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };

  before(async () => {
    await embed(machine().root, smallBaseline(directory()), ['--content', await scapContent()]);
    await must(mend);
  });

  it('fails a playbook of Ansible that breaks the baseline, and no other', async () => {
    const play = async (command: string): Promise<{ exitCode: number | undefined; stdout: string }> => {
      const playbook = path.join(directory(), 'site.yml');
      writeFileSync(playbook, `- hosts: all\n  become: true\n  tasks:\n    - name: The site's own\n      ansible.builtin.shell: ${JSON.stringify(command)}\n${documented('Ansible')}`);
      const host = { ansible_host: machine().host, ansible_port: machine().port, ansible_user: machine().user, ansible_ssh_private_key_file: machine().keyFile,
        ansible_ssh_common_args: '-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null', ansible_python_interpreter: '/usr/bin/python3' };
      const inventory = path.join(directory(), 'hosts.yml');
      writeFileSync(inventory, JSON.stringify({ all: { hosts: { web: host } } }));
      const { exitCode, stdout } = await execa('ansible-playbook', ['-i', inventory, playbook], { reject: false, env: { ANSIBLE_NOCOLOR: '1', ANSIBLE_LOCAL_TEMP: directory(), HOME: directory() } });
      return { exitCode, stdout };
    };
    const refused = await play(breakSshd);
    expect(refused.exitCode, refused.stdout).to.equal(2);
    expect(refused.stdout).to.contain('"rc": 2').and.to.contain('required rule sshd_set_max_sessions is fail');
    const accepted = await play(mend);
    expect(accepted.exitCode, accepted.stdout).to.equal(0);
  });

  it('fails a first boot of which cloud-init breaks the baseline, and no other', async () => {
    const boot = async (instance: string, command: string): Promise<{ exitCode: number; stdout: string }> => {
      const seed = path.join(machine().root, 'var/lib/cloud/seed/nocloud');
      mkdirSync(seed, { recursive: true });
      writeFileSync(path.join(seed, 'meta-data'), `instance-id: ${instance}\n`);
      writeFileSync(path.join(seed, 'user-data'), documented('cloud-init').replace('runcmd:\n', `runcmd:\n  - ${JSON.stringify(command)}\n`));
      // A boot of a machine here has a network of its own.
      const before = await must('readlink /proc/1/ns/net');
      await machine().exec('systemctl reboot');
      for (const deadline = Date.now() + 120_000; ;) {
        const now = await machine().exec('readlink /proc/1/ns/net && systemctl is-system-running --wait').catch(() => undefined);
        if (now !== undefined && now.stdout !== '' && !now.stdout.startsWith(before)) break;
        if (Date.now() > deadline) throw new Error(`it did not come back:\n${machine().console}`);
        await delay(200);
      }
      return machine().exec('cloud-init status --wait --long');
    };
    rmSync(path.join(machine().root, 'etc/cloud/cloud-init.disabled'));
    writeFileSync(path.join(machine().root, 'etc/cloud/cloud.cfg.d/99-lab.cfg'), 'datasource_list: [NoCloud]\n');
    const refused = await boot('refused', breakSshd);
    expect(refused.exitCode, refused.stdout).to.equal(1);
    expect(await must('cat /var/log/cloud-init-output.log')).to.contain('required rule sshd_set_max_sessions is fail');
    const accepted = await boot('accepted', mend);
    expect(accepted.exitCode, `${accepted.stdout}\n${await must('tail -n 30 /var/log/cloud-init-output.log')}`).to.equal(0);
    expect(await must('cat /var/log/cloud-init-output.log')).to.contain('accepted: ');
  });
});
