/** `xccdf_org.ssgproject.content_benchmark_UBUNTU-24-04` → `ubuntu2404`: what SCAP Security Guide calls the product; '' when the id says none. */
export function productOf(benchmark: string): string {
  const name = /benchmark_(.+)$/.exec(benchmark)?.[1] ?? '';
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether a benchmark may be of a product. Content of another vendor names things its own way: what cannot be compared is not refused. */
export function isOfProduct(benchmark: string, product: string): boolean {
  const found = productOf(benchmark);
  return found === '' || product === '' || found === product || !benchmark.startsWith('xccdf_org.ssgproject.');
}
