/** cis-exporter: one process a connection, started by systemd, that answers one request and ends. */
export { metricsPath, runExporter } from './run.ts';
