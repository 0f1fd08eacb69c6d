/** Where the data stream of a product comes from. */

/** Debian packages that hold the SCAP Security Guide's data streams. */
export type ContentPackage = 'ssg-debian' | 'ssg-debderived' | 'ssg-nondebian';

/** Products that shipped baselines use: one unpacking of a package keeps all of them. */
export const products = [
  'debian12', 'debian13', 'ubuntu2204', 'ubuntu2404', 'rhel8', 'rhel9', 'rhel10', 'almalinux9', 'al2023', 'sle15', 'ol9',
] as const;

export function packageOf(product: string): ContentPackage {
  if (product.startsWith('debian')) return 'ssg-debian';
  return product.startsWith('ubuntu') ? 'ssg-debderived' : 'ssg-nondebian';
}

export const dataStreamName = (product: string): string => `ssg-${product}-ds.xml`;
