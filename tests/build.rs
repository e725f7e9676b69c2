//! The PostgreSQL cases exist when a server for them is named.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(kiru_test_postgres)");
    println!("cargo:rerun-if-env-changed=KIRU_TEST_POSTGRES");
    if std::env::var_os("KIRU_TEST_POSTGRES").is_some() {
        println!("cargo:rustc-cfg=kiru_test_postgres");
    }
}
