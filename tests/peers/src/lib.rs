//! Tests against programs nobody here wrote.
