/** Path of a file of provisioners/monitoring. */
export function monitoringKit(name: string): string {
  return new URL(`../../../provisioners/monitoring/${name}`, import.meta.url).pathname;
}
