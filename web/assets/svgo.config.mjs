// Flags are shown 22 pixels wide: whole numbers in a 640 × 480 drawing do.
export default { multipass: true, floatPrecision: 0, plugins: ["preset-default"] };
