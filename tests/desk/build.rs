//! Compiles the control window.
fn main() -> Result<(), slint_build::CompileError> {
    slint_build::compile("control.slint")
}
