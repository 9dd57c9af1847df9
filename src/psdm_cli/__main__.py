"""`python -m psdm_cli`."""

from psdm_cli.entry import main

if __name__ == "__main__":
    main()
