import { expect } from 'chai';
import { BothHandlers, type XmlAttributes, type XmlHandler, type XmlName } from '../../src/xml/index.ts';
import { generator, mutate } from './mutations.ts';
import { bytes, feedScanner, Recorder } from './oracle.ts';

const document = bytes(`<r xmlns:p="u">${'<a>1<skip x="1">2<b/><watched y="2">3</watched><skip>4</skip></skip>5<p:a/><skip/></a><watched/>'.repeat(4)}</r>`);

/** Skips what is in `<skip>`, and minds no `<watched>` that opens there. */
class SkippingRecorder extends Recorder implements XmlHandler {
  skipping = false;
  readonly watched = 'watched';

  override open(name: XmlName, attributes: XmlAttributes): void {
    if (!this.skipping) super.open(name, attributes);
    else this.events.push(`watched ${name.local}`);
    this.skipping ||= name.local === 'skip';
  }

  override text(text: string): void {
    if (!this.skipping) super.text(text);
  }

  override close(name: XmlName): void {
    this.skipping = false;
    super.close(name);
  }
}

/** The same by counting: what a handler would do that is told of everything. */
class CountingRecorder extends Recorder {
  private inside = 0;

  override open(name: XmlName, attributes: XmlAttributes): void {
    if (this.inside === 0) super.open(name, attributes);
    else if (name.local === 'watched') this.events.push('watched watched');
    if (this.inside > 0 || name.local === 'skip') this.inside++;
  }

  override text(text: string): void {
    if (this.inside === 0) super.text(text);
  }

  override close(name: XmlName): void {
    if (this.inside > 0) this.inside--;
    if (this.inside === 0) super.close(name);
  }
}

function told(mutant: Uint8Array, cuts: readonly number[], recorder: Recorder, handler: XmlHandler = recorder): string[] {
  try {
    feedScanner(mutant, handler, cuts);
  } catch (error) {
    return [...recorder.events, (error as Error).message];
  }
  return recorder.events;
}

describe('a handler that skips', () => {
  it('is told of nothing inside but what it watches', () => {
    const recorder = new SkippingRecorder();
    feedScanner(document, recorder);
    expect(recorder.events.slice(0, 13)).to.deep.equal([
      '<r>', '<a>', '"1"', '<skip x="1">', 'watched watched', '</skip>', '"5"', '<{u}a>', '</{u}a>', '<skip>', '</skip>', '</a>', '<watched>',
    ]);
  });

  it('is told as one who counts, of every mutant and however it is cut, alone and beside another', () => {
    const pick = generator(20261124);
    let whole = 0;
    for (let i = 0; i < 10_000; i++) {
      const mutant = mutate(document, pick);
      const cuts = Array.from({ length: pick(4) }, () => pick(mutant.length + 1));
      const expected = told(mutant, cuts, new CountingRecorder());
      expect(told(mutant, cuts, new SkippingRecorder())).to.deep.equal(expected);
      const [first, second] = [new SkippingRecorder(), new Recorder()];
      expect(told(mutant, cuts, first, new BothHandlers(first, second))).to.deep.equal(expected);
      if (expected.at(-1) !== '</r>') continue;
      whole++;
      const alone = new Recorder();
      feedScanner(mutant, alone, cuts);
      expect(second.events).to.deep.equal(alone.events);
    }
    expect(whole).to.be.greaterThan(400);
  });
});
