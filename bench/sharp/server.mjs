// The peer for misses: sharp behind node's own HTTP server, and nothing else.
//
//   node server.mjs PORT ORIGIN
//
// /QUALITY/EDGE/PHOTO is ORIGIN/PHOTO, cropped to a square of that edge, as JPEG.
import http from "node:http";
import sharp from "sharp";

// One thread for a picture, and several pictures at once: what costs least CPU.
sharp.concurrency(1);
sharp.cache(false);
const [port, origin] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

function fetched(path) {
  return new Promise((resolve, reject) => {
    const request = http.get(origin + path, { agent }, async (answer) => {
      try {
        const bytes = Buffer.concat(await answer.toArray());
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
        resolve(bytes);
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", reject);
  });
}

async function answer(request, response) {
  const [, quality, edge, photo] = request.url.match(/^\/(\d+)\/(\d+)(\/.*)$/);
  const picture = await sharp(await fetched(photo))
    .resize(Number(edge), Number(edge), { fit: "cover" })
    .jpeg({ quality: Number(quality) })
    .toBuffer();
  response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": picture.length });
  response.end(picture);
}

http
  .createServer((request, response) =>
    answer(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500, { "Content-Length": 0 });
      response.end();
    }))
  .listen(Number(port), "127.0.0.1");
