// The demo's people by their logins; see crates/testkit/src/people.rs.
export const PARENT = { login: 'aigerim', phone: '+77990000011', role: 'individual' };
export const TEACHER = { login: 'nurlan', phone: '+77990000012', role: 'individual' };
export const HEAD = { login: 'gulnara', phone: '+77990000013', role: 'head' };
export const GRADUATE = { login: 'daniyar', phone: '+77990000014', role: 'individual' };
export const EXPIRED_KEY = { login: 'irina', phone: '+77990000015' };
export const REVOKED_KEY = { login: 'yerlan', phone: '+77990000016' };
export const NO_PHONE = { login: 'saule' };
export const ALICE = { login: 'alice', phone: '+77990000018', role: 'individual' };
export const GOST_KEY = { login: 'dana', phone: '+77990000017', role: 'individual' };
