//! What is sent to whom, looked at one by one.
