//! The server as a whole, in process, on both databases. Folders and files mirror the API's addresses.

mod pin;
