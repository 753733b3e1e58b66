"""OpenVINO finds its plug-ins by a list beside its library, so both go where they lie in the package."""

from PyInstaller.utils.hooks import collect_data_files, collect_dynamic_libs, collect_submodules

binaries = collect_dynamic_libs("openvino", search_patterns=["*.so", "*.so.*", "*.dll", "*.dylib"])
datas = collect_data_files("openvino", subdir="libs", excludes=["**/*.so", "**/*.so.*", "**/*.pc"])
hiddenimports = [
    *("openvino.frontend.pytorch.ts_decoder", "openvino.preprocess", "openvino.frontend"),
    *collect_submodules("openvino.opset1"),
]
