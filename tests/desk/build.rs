//! Compiles the control window, and links as the terminal's own program is linked.
fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    slint_build::compile("control.slint")
}
