// Asks a server for photos with Microsoft's own client of Graph, and prints what it made of the
// answers as one JSON object. With a file, writes that one as its own photo and removes it again.
// Usage: node client.mjs https://localhost:PORT [FILE]
import { readFileSync } from 'node:fs';

import graph from '@microsoft/microsoft-graph-client';

const { BatchRequestContent, BatchResponseContent, Client, ResponseType } = graph;

const client = Client.init({
  baseUrl: process.argv[2],
  customHosts: new Set(['localhost']),
  defaultVersion: 'v1.0',
  authProvider: (done) => done(null, 'token'),
});

const bytes = async (path) =>
  Buffer.from(await client.api(path).responseType(ResponseType.ARRAYBUFFER).get()).toString('base64');

const failure = async (promise) => {
  try {
    return { body: await promise };
  } catch (error) {
    return { status: error.statusCode, code: error.code, body: JSON.parse(error.body) };
  }
};

const batch = async (paths) => {
  const steps = paths.map((path, place) => (
    { id: `${place}`, request: new Request(`https://localhost${path}`) }));
  const content = await new BatchRequestContent(steps).getContent();
  const answers = new BatchResponseContent(await client.api('/$batch').post(content));
  return Promise.all(paths.map(async (_, place) => {
    const answer = answers.getResponseById(`${place}`);
    return { status: answer.status, etag: answer.headers.get('ETag'), body: await answer.text() };
  }));
};

const reading = async () => ({
  metadata: await client.api('/users/ada@contoso.com/photo').get(),
  list: await client.api('/users/ada@contoso.com/photos').get(),
  value: await bytes('/users/ada@contoso.com/photo/$value'),
  sized: await bytes('/me/contacts/AAMk=/photos/48x48/$value'),
  missing: await failure(client.api('/users/nobody/photo').get()),
  batch: await batch(['/users/ada@contoso.com/photos/96x96/$value', '/users/nobody/photo']),
});

const writing = async (file) => {
  const photo = '/me/photo/$value';
  await client.api(photo).header('Content-Type', 'image/jpeg').put(readFileSync(file));
  const sized = await bytes('/me/photos/48x48/$value');
  await client.api(photo).delete();
  return { sized, removed: await failure(client.api('/me/photo').get()) };
};

const [, , , file] = process.argv;
console.log(JSON.stringify(await (file ? writing(file) : reading())));
