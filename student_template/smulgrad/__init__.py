"""SmulGrad: reverse-mode automatic differentiation from scratch."""
