//! What the fuzz targets of the eID crate share: how an input tells what a line or a card does wrong ([`mischief`]), the
//! world that an honest card lives in ([`world`]), and a card that knows all secrets and lies ([`hostile`]).
pub mod hostile;
pub mod mischief;
pub mod world;
