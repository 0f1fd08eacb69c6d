/** One call of EC2's query protocol. */
export interface Call {
  region: string;
  action: string;
  params: URLSearchParams;
}

export interface Reply {
  status: number;
  body: string;
}

/** The answer of an action that has nothing to say. */
export function done(action: string, fields = '<return>true</return>'): Reply {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?><${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>lab</requestId>${fields}</${action}Response>` };
}

export function refusal(code: string, message: string, status = 400): Reply {
  return { status, body: `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>lab</RequestID></Response>` };
}

/** The text of the first element of that name. */
export function textOf(body: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
}

/** `Prefix.1`, `Prefix.2`, … of a query. */
export function listOf(params: URLSearchParams, prefix: string): string[] {
  const values: string[] = [];
  for (let index = 1; params.has(`${prefix}.${index}`); index++) values.push(params.get(`${prefix}.${index}`) ?? '');
  return values;
}
