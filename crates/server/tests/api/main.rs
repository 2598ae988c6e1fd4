//! The server as a whole, in process, on both databases. Folders and files mirror the API's addresses.

mod access_matrix;
mod addresses;
mod attachments;
mod blobs;
mod bucket;
mod calls;
mod contacts;
mod customer_changes;
mod customers;
mod edge;
mod endings;
mod events;
mod guests;
mod imports;
mod limits;
mod mail;
mod panels;
mod pin;
mod references;
mod runs;
mod search;
mod sign_in;
mod staff;
mod ticket;
mod visit;
mod who_asks;
