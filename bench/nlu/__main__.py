from bench.nlu.intents import main

main()
