//! diary
