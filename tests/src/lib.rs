//! kiru-tests
