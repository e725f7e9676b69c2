//! People with browsers, from the client's page and back to it.

mod steps;
mod whole_sign_in;
