/** Where things lie in the image; see docs/agent.md. */
export interface Places {
  /** What the machine is judged by. */
  lock: string;
  /** Folder of the ignore lists, `*.txt`. */
  ignore: string;
  configuration: string;
  /** Folder of data stream and tailoring. */
  content: string;
  tailoring: string;
  /** What the image was when it was built. */
  build: string;
  /** What the scanner writes. */
  state: string;
  /** `libexec/run-oscap` and its like, our own fixes. */
  programs: string;
}

/** @param root a folder to look below, for tests; empty for the machine itself */
export function placesBelow(root = ''): Places {
  return {
    lock: `${root}/etc/cupel/baseline.lock.yaml`,
    ignore: `${root}/etc/cupel/ignore.d`,
    configuration: `${root}/etc/cupel/scanner.conf`,
    content: `${root}/usr/share/cupel/content`,
    tailoring: `${root}/usr/share/cupel/content/tailoring.xml`,
    build: `${root}/usr/share/cupel/build`,
    state: `${root}/var/lib/cupel`,
    programs: `${root}/usr/lib/cupel`,
  };
}
