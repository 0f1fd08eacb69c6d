import type { Hook } from './server.ts';
import { done, refusal } from './wire.ts';

/** The next calls of an action (or of any) are throttled. */
export function throttle(times: number, action?: string): Hook {
  let left = times;
  return { before: (call) => (left > 0 && (action === undefined || call.action === action) ? (left--, refusal('RequestLimitExceeded', 'Request limit exceeded.', 503)) : undefined) };
}

/** Images are pending for so many looks at them. */
export function pendingFor(looks: number): Hook {
  const seen = new Map<string, number>();
  return {
    after: (call, reply) => {
      if (call.action !== 'DescribeImages') return reply;
      return { ...reply, body: reply.body.replaceAll(/<imageId>([^<]+)<\/imageId>[^]*?<imageState>available<\/imageState>/g, (whole, id: string) => {
        const count = (seen.get(id) ?? 0) + 1;
        seen.set(id, count);
        return count > looks ? whole : whole.replace('<imageState>available<', '<imageState>pending<');
      }) };
    },
  };
}

/** Images are not seen at all for so many looks at them, as right after they were made. */
export function unseenFor(looks: number): Hook {
  let left = looks;
  return { after: (call, reply) => (call.action === 'DescribeImages' && left-- > 0 ? done(call.action, '<imagesSet/>') : reply) };
}

/** Credentials end before the call of that number. */
export function expireBefore(number: number): Hook {
  let count = 0;
  return { before: () => (++count >= number ? refusal('RequestExpired', 'Request has expired.') : undefined) };
}

/** An action that the caller has no right to. */
export function forbid(action: string): Hook {
  return { before: (call) => (call.action === action ? refusal('UnauthorizedOperation', `You are not authorized to perform: ec2:${action}`, 403) : undefined) };
}
