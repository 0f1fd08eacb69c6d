import { fullId } from '../model.ts';
import type { Piece } from './outline.ts';
import type { SlimOptions, SlimSubject } from './subject.ts';
import { goes } from './selection.ts';
import { namespaces } from './vocabulary.ts';

const items = new Set(['Group', 'Rule', 'Value', 'Profile']);
const isItem = ({ uri, local }: Piece): boolean => uri === namespaces.xccdf && items.has(local);
const idOf = (piece: Piece): string => piece.attributes['id'] ?? '';

/** Follows what a baseline reaches in a benchmark. Nothing is cut here: what was not reached is. */
export class BenchmarkReach {
  /** Profiles, groups, rules and values that stay. */
  readonly kept = new Set<Piece>();
  /** Rules that stay because something names them: by id and title only, and never evaluated. */
  readonly named = new Set<Piece>();
  /** Ids of CPE language platforms, and CPE names. */
  readonly platforms = new Set<string>();
  /** What the checks of kept rules ask for; without a name all that is in the component. */
  readonly checks: { href: string; name: string | undefined; variables: readonly string[] }[] = [];
  private readonly byId = new Map<string, Piece>();
  private readonly parents = new Map<Piece, Piece>();
  private readonly options: SlimOptions;

  /** @param selected full ids of the rules that are evaluated */
  constructor(benchmark: Piece, subject: SlimSubject, selected: ReadonlySet<string>, options: SlimOptions) {
    this.options = options;
    this.list(benchmark);
    for (const piece of benchmark.children) if (!isItem(piece) && piece.uri === namespaces.xccdf) this.follow(piece);
    for (let profile = this.byId.get(subject.profile); profile !== undefined && !this.kept.has(profile); profile = this.byId.get(profile.attributes['extends'] ?? '')) {
      this.keepProfile(profile);
    }
    for (const id of selected) this.keep(id);
    for (const id of Object.keys(subject.values)) this.keep(fullId('value', id));
    for (const id of subject.selectGroups ?? []) this.keep(fullId('group', id));
    for (const id of namedRules(subject)) this.keepName(fullId('rule', id));
  }

  /** What goes: items not reached, and of those kept what no evaluation needs. */
  dropped(benchmark: Piece): Piece[] {
    const gone: Piece[] = [];
    const visit = (item: Piece): void => {
      for (const child of item.children) {
        if (isItem(child)) {
          if (this.kept.has(child)) visit(child);
          else gone.push(child);
        } else if (this.isDropped(item, child)) gone.push(child);
      }
    };
    visit(benchmark);
    return gone;
  }

  private isDropped(item: Piece, child: Piece): boolean {
    if (this.named.has(item)) return child.local !== 'title';
    if (item.local === 'Profile') {
      // What a profile says of an item that is gone would make oscap warn.
      const target = this.byId.get(child.attributes['idref'] ?? '');
      return target !== undefined && !this.kept.has(target);
    }
    return goes(item, child, this.options);
  }

  private list(item: Piece): void {
    for (const child of item.children) {
      if (!isItem(child)) continue;
      this.byId.set(idOf(child), child);
      this.parents.set(child, item);
      this.list(child);
    }
  }

  private keep(id: string): void {
    const item = this.byId.get(id);
    if (item === undefined || (this.kept.has(item) && !this.named.has(item))) return;
    this.named.delete(item);
    this.kept.add(item);
    this.keepParent(item);
    for (const child of item.children) if (!isItem(child) && !goes(item, child, this.options)) this.follow(child);
  }

  private keepName(id: string): void {
    const item = this.byId.get(id);
    if (item === undefined || this.kept.has(item)) return;
    this.kept.add(item);
    if (item.local === 'Rule') this.named.add(item);
    this.keepParent(item);
  }

  private keepParent(item: Piece): void {
    const parent = this.parents.get(item);
    if (parent && isItem(parent)) this.keep(idOf(parent));
  }

  private keepProfile(profile: Piece): void {
    this.kept.add(profile);
    for (const child of profile.children) if (child.local === 'platform' || child.attributes['idref'] === undefined) this.follow(child);
  }

  /** Keeps what a piece, or a piece in it, points at. */
  private follow(piece: Piece): void {
    if (piece.local === 'platform') {
      for (const id of piece.refs) this.platforms.add(id.replace(/^#/, ''));
    } else if (piece.local === 'requires' || piece.local === 'conflicts') {
      for (const id of piece.refs) this.keepName(id);
    } else {
      for (const id of piece.refs) if (this.byId.get(id)?.local === 'Value') this.keep(id);
      if (piece.local === 'check') this.addChecks(piece);
    }
    for (const child of piece.children) this.follow(child);
  }

  private addChecks(check: Piece): void {
    const variables = check.children.flatMap(({ attributes }) => attributes['export-name'] ?? []);
    for (const { local, attributes } of check.children) {
      if (local === 'check-content-ref') this.checks.push({ href: attributes['href'] ?? '', name: attributes['name'], variables });
    }
  }
}

const namedRules = ({ select, deselect, ignore, expired, harden }: SlimSubject): string[] => [
  ...select, ...deselect, ...[...ignore ?? [], ...expired ?? []].map(({ rule }) => rule), ...harden?.skip ?? [],
];
