// The digits of a registration's picture. A person reads or hears them; a test asks the demo's database, with the demo's own
// key, because neither page nor desk may tell.
import { execFileSync } from 'node:child_process';
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const NONCE = 12;
const TAG = 16;

/** The six digits that the newest open registration asks for. */
export function pictureDigits(demo) {
  const database = readdirSync(demo.data).find((name) => /\.(db|sqlite3?)$/.test(name));
  const sql = "SELECT hex(id) || ' ' || hex(picture_sealed) FROM registrations WHERE state = 'asked' ORDER BY started_at DESC LIMIT 1";
  const row = execFileSync('sqlite3', ['-readonly', join(demo.data, database), sql], { encoding: 'utf8', timeout: 30_000 }).trim();
  const [id, sealed] = row.split(' ').map((hex) => Buffer.from(hex, 'hex'));
  const kek = Buffer.from(readFileSync(join(demo.data, 'kek'), 'utf8').trim(), 'base64');
  const key = Buffer.from(hkdfSync('sha256', kek, 'kiru/keyring', 'kiru/1/picture-code', 32));
  const body = sealed.subarray(1 + NONCE);
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE));
  cipher.setAAD(id);
  cipher.setAuthTag(body.subarray(body.length - TAG));
  return Buffer.concat([cipher.update(body.subarray(0, body.length - TAG)), cipher.final()]).toString('utf8');
}
