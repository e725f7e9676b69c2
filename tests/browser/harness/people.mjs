// The demo's people, as the desk names them.
export const PARENT = { login: 'aigerim', role: 'individual' };
export const TEACHER = { login: 'bolat', role: 'individual' };
export const GRADUATE = { login: 'dana', role: 'individual' };
export const HEAD = { login: 'erlan', role: 'head' };
export const EXPIRED_KEY = { login: 'gulnar' };
export const REVOKED_KEY = { login: 'kairat' };
export const NO_PHONE = { login: 'madina' };
