import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMachine, type Machine, type MachineOptions } from '../lab/index.ts';
import { packerBuild, provision, type Build, type Endpoint, type Request } from './build.ts';

/** OpenSCAP is there already: what installs it has a test of its own. */
export const withScanner: MachineOptions = { packages: ['openscap-scanner'] };

/** Declares a fresh machine for each test of the suite. */
export function machineForEach(options: MachineOptions = withScanner): () => Machine {
  let machine: Machine | undefined;
  beforeEach(async () => { machine = await startMachine(options); });
  afterEach(async () => {
    await machine?.stop();
    machine = undefined;
  });
  return () => {
    if (machine === undefined) throw new Error('machines are there while a test runs');
    return machine;
  };
}

/** Declares one machine that all tests of the suite share. */
export function machineForAll(options: MachineOptions = withScanner): () => Machine {
  let machine: Machine | undefined;
  before(async () => { machine = await startMachine(options); });
  after(async () => { await machine?.stop(); });
  return () => {
    if (machine === undefined) throw new Error('the machine is there while a test runs');
    return machine;
  };
}

export interface Builds {
  packer(endpoint: Endpoint, request: Request): Promise<Build>;
  provision(endpoint: Endpoint, request: Request): Promise<Build>;
}

/** Declares that builds started through this are ended after each test, and shown when it failed. */
export function builds(): Builds {
  let started: Build[] = [];
  const note = async (starting: Promise<Build>): Promise<Build> => {
    const build = await starting;
    started.push(build);
    return build;
  };
  afterEach(async function () {
    for (const build of started) {
      if (this.currentTest?.state === 'failed') process.stderr.write(`\n--- output of the build ---\n${build.output}\n---\n`);
      await build.dispose();
    }
    started = [];
  });
  return {
    packer: (endpoint, request) => note(packerBuild(endpoint, request)),
    provision: (endpoint, request) => note(provision(endpoint, request)),
  };
}

/** Declares a directory that the tests of the suite share and that goes away after them. */
export function scratch(): () => string {
  let directory = '';
  before(() => { directory = mkdtempSync(path.join(tmpdir(), 'cupel-e2e-')); });
  after(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}
