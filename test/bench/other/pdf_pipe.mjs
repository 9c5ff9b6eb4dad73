// pdf_pipe.mjs CHROMIUM FILE OUT ROUNDS: the other side of P-14, a bare client of the same Chromium over its DevTools pipe. Loads
// FILE from disk in a page made ahead, prints it with the same options and takes the PDF in one answer. Prints the
// milliseconds of each round, from asking for the document to having the bytes.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [program, file, out, rounds] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'voygen-bare-'));
const browser = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-startup-window',
  `--user-data-dir=${profile}`, '--remote-debugging-pipe'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const [to, from] = [browser.stdio[3], browser.stdio[4]];

let last = 0;
const waiting = new Map();
let loaded;
let pieces = [];
from.on('data', piece => {
  let end;
  while ((end = piece.indexOf(0)) >= 0) {
    pieces.push(piece.subarray(0, end));
    const message = JSON.parse(Buffer.concat(pieces).toString());
    pieces = [];
    piece = piece.subarray(end + 1);
    if (message.id) {
      const { done, failed } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? failed(new Error(message.error.message)) : done(message.result);
    } else if (message.method === 'Page.loadEventFired') loaded?.();
  }
  pieces.push(piece);
});
const call = (method, params = {}, sessionId) => new Promise((done, failed) => {
  waiting.set(++last, { done, failed });
  to.write(JSON.stringify({ id: last, method, params, sessionId }) + '\0');
});

const options = { paperWidth: 210 / 25.4, paperHeight: 297 / 25.4, marginTop: 20 / 25.4, marginBottom: 20 / 25.4, marginLeft: 15 / 25.4,
  marginRight: 15 / 25.4, printBackground: true, preferCSSPageSize: true, generateTaggedPDF: true, generateDocumentOutline: true };
const times = [];
for (let round = 0; round < Number(rounds); round++) {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  await call('Page.enable', {}, sessionId);
  const begun = performance.now();
  const ready = new Promise(done => { loaded = done; });
  await call('Page.navigate', { url: pathToFileURL(file).href }, sessionId);
  await ready;
  const { data } = await call('Page.printToPDF', options, sessionId);
  const pdf = Buffer.from(data, 'base64');
  times.push(performance.now() - begun);
  writeFileSync(out, pdf);
  await call('Target.closeTarget', { targetId });
}
browser.once('exit', () => {
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  console.log(times.join(' '));
});
call('Browser.close');
