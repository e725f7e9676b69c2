//! What happens without a request: sealing, delivering, expiring, and the leases that let one node of several do it.

mod deliver_logout;
mod deliver_sms;
mod expire;
mod late_sealer;
mod remind_keys;
mod runner;
mod seal_audit;
