import { randomInt } from 'node:crypto';
import path from 'node:path';
import { type Machine, startMachine } from './machine.ts';
import { createState, removeState } from './state.ts';

/** Where every instance's SSH server is reached, each at an address of its own. */
export const instancePort = 2222;

/** Who may log in, as cloud-init and the guest agent are told. */
export interface Login {
  user: string;
  /** One line of authorized_keys. */
  publicKey: string;
}

/** The machines that stand for the instances of a cloud. */
export class Pool {
  readonly #started: Promise<Machine>[] = [];
  readonly #disks = createState('images');
  readonly #images = new Map<string, string>();

  /**
   * The login is made as the cloud's own agent would make it, with sudo.
   * @param image that it starts from; the base when it is none of those saved here
   */
  start(logins: readonly Login[], image: string): Promise<Machine> {
    const starting = startInstance(logins, this.#images.get(image));
    this.#started.push(starting);
    return starting;
  }

  /** Makes a machine's disk an image. */
  async save(machine: Machine, image: string): Promise<void> {
    const file = path.join(this.#disks.path, `${this.#images.size}.tar`);
    this.#images.set(image, file);
    await machine.saveDisk(file);
  }

  copy(image: string, copy: string): void {
    const file = this.#images.get(image);
    if (file !== undefined) this.#images.set(copy, file);
  }

  /** Takes away all that were ever started, also those that are only starting. */
  async stop(): Promise<void> {
    for (const started of await Promise.allSettled(this.#started)) if (started.status === 'fulfilled') await started.value.stop();
    await removeState(this.#disks);
  }
}

async function startInstance(logins: readonly Login[], from: string | undefined): Promise<Machine> {
  const address = `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const machine = await startMachine({ name: 'instance', packages: ['openscap-scanner'], address, port: instancePort, ...(from === undefined ? {} : { from }) });
  try {
    for (const login of logins) await letIn(machine, login);
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

async function letIn(machine: Machine, { user, publicKey }: Login): Promise<void> {
  if (!/^[a-z][a-z0-9-]*$/.test(user)) throw new Error(`"${user}" is no name of a user`);
  const made = await machine.exec(`set -e
    id -u '${user}' >/dev/null 2>&1 || useradd --create-home --shell /bin/bash '${user}'
    printf '%s ALL=(ALL) NOPASSWD:ALL\\n' '${user}' >/etc/sudoers.d/90-cloud-init-users
    chmod 0440 /etc/sudoers.d/90-cloud-init-users
    install -d -m 0700 -o '${user}' -g '${user}' '/home/${user}/.ssh'
    cat >'/home/${user}/.ssh/authorized_keys'
    chown '${user}:${user}' '/home/${user}/.ssh/authorized_keys'
    chmod 0600 '/home/${user}/.ssh/authorized_keys'`, `${publicKey}\n`);
  if (made.exitCode !== 0) throw new Error(`no user ${user}: ${made.stderr}`);
}
