import type { Server } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { execa } from 'execa';

/**
 * Makes a server Google's own for who comes through it as a proxy: it ends TLS for *.googleapis.com with the certificate
 * of an authority made for this, in that directory. Other hosts are not to be had.
 * @param url where the server listens
 * @returns what the environment of such a program has to be
 */
export async function openTunnel(server: Server, url: string, directory: string): Promise<Record<string, string>> {
  const file = (name: string): string => path.join(directory, name);
  const openssl = (...args: string[]) => execa('openssl', args, { cwd: directory });
  await writeFile(file('names'), 'subjectAltName=DNS:*.googleapis.com\n');
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Cupel lab', '-keyout', 'authority.key', '-out', 'authority.pem');
  await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=*.googleapis.com', '-keyout', 'server.key', '-out', 'server.csr');
  await openssl('x509', '-req', '-in', 'server.csr', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'server.pem');
  const secureContext = createSecureContext({ key: await readFile(file('server.key')), cert: await readFile(file('server.pem')) });

  server.on('connect', (request, socket) => {
    // A client that goes away in the middle is its own affair.
    socket.on('error', () => socket.destroy());
    if (!/^[a-z0-9-]+\.googleapis\.com:443$/.test(request.url ?? '')) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
    secure.on('error', () => secure.destroy());
    server.emit('connection', secure);
  });
  return { HTTPS_PROXY: url, SSL_CERT_FILE: file('authority.pem'), GCE_METADATA_HOST: new URL(url).host };
}
