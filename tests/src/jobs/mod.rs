//! What happens without a request: sealing, delivering, expiring, and the leases that let one node of several do it.

mod crl_refresh;
mod deliver_logout;
mod deliver_sms;
mod end_revoked;
mod expire;
mod late_sealer;
mod long_rounds;
mod remind_keys;
mod runner;
mod seal_audit;
