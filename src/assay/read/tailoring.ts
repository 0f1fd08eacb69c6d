import { xccdf } from './benchmark.ts';
import type { Budget } from './budget.ts';
import type { Shape } from './shape.ts';

/**
 * Reads the tailorings enclosed in an ARF. oscap 1.3 writes no `tailoring-file` into the TestResult;
 * it adds the file as a component, and the profile used is one of those in it.
 */
export class TailoringShapes {
  readonly shape: Shape;
  /** Set by the document before a Tailoring opens. */
  component = '';
  private readonly byProfile = new Map<string, { id: string; href: string }>();
  private current = { id: '', href: '' };

  constructor(budget: Budget) {
    const profile: Shape = {
      open: (attributes) => {
        const id = attributes.get('id') ?? '';
        budget.spend(id.length);
        this.byProfile.set(id, this.current);
      },
    };
    const children = new Map([[xccdf('Profile'), profile]]);
    this.shape = {
      children: () => children,
      open: (attributes) => { this.current = { id: attributes.get('id') ?? '', href: `#${this.component}` }; },
    };
  }

  /** The tailoring that defines a profile. */
  of(profile: string | undefined): { id: string; href: string } | undefined {
    return profile === undefined ? undefined : this.byProfile.get(profile);
  }
}
