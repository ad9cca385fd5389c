"""An environment deployed to an emulated AWS: real templates, real uploads, functions in processes of their own."""
