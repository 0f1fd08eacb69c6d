import { closestMatch } from 'leven';

/** Where the data stream of a product comes from. */

/** Debian packages that hold the SCAP Security Guide's data streams. */
export type ContentPackage = 'ssg-debian' | 'ssg-debderived' | 'ssg-nondebian';

/** Products that shipped baselines use: one unpacking of a package keeps all of them. */
export const products = [
  'debian12', 'debian13', 'ubuntu2204', 'ubuntu2404', 'rhel8', 'rhel9', 'rhel10', 'almalinux9', 'al2023', 'sle15', 'ol9',
] as const;

/** What the packages hold, without the version: content for a new version of one of them is found with no change here. */
const families = [
  'al', 'alinux', 'almalinux', 'anolis', 'centos', 'cs', 'debian', 'fedora', 'hummingbird', 'kylinsecserver', 'kylinserver', 'ocp', 'ol', 'openembedded',
  'openeuler', 'opensuse', 'rhcos', 'rhel', 'rhv', 'sle', 'slmicro', 'tencentos', 'ubuntu',
];

/** Whether the packages may hold a product: of `debain12` no version will ever be there. */
export const isPackaged = (product: string): boolean => families.includes(product.replace(/\d+$/, ''));

/** What to do about a product that there is not. */
export function productRemedy(product: string): string {
  const near = closestMatch(product, [...products], { maxDistance: 2 });
  return near === undefined ? `for example ${products.join(', ')}; other content is named by its file` : `did you mean ${near}?`;
}

export function packageOf(product: string): ContentPackage {
  if (product.startsWith('debian')) return 'ssg-debian';
  return product.startsWith('ubuntu') ? 'ssg-debderived' : 'ssg-nondebian';
}

export const dataStreamName = (product: string): string => `ssg-${product}-ds.xml`;
