"""Given names that are usual in France, in Québec and in English: they tell a person's name."""

NAMES = """
adrien agathe agnes aime alain alban albert alexandra alexandre alexis alice aline alix amelie
anais andre andree ange anne annick annie antoine arlette armand arnaud arthur audrey aurelie
aurelien axel baptiste bastien beatrice benedicte benjamin benoit bernadette bernard bertrand
blanche brigitte bruno camille carole caroline catherine cecile cedric celine chantal charlene
charles charlotte christelle christian christiane christine christophe claire clara claude
claudette claudine clemence clement colette corinne cyril damien daniel daniele danielle david
delphine denis denise didier dominique edith edouard eliane elisabeth elise elodie emeline emile
emilie emma emmanuel emmanuelle eric estelle etienne eugene eva eve evelyne fabien fabienne
fabrice fanny fatima felix fernand florence florent florian francine francis franck francois
francoise frederic frederique gabriel gabrielle gael gaelle gaetan gaston genevieve georges gerald
gerard germain ghislain ghislaine gilbert gilles gisele gregoire gregory guillaume gustave guy
helene henri herve hubert hugo hugues ines irene isabelle jacqueline jacques jean jeanne jeremie
jeremy jerome joel joelle jonathan josee joseph josette josiane julia julie julien juliette
justine karim karine laetitia laure laurence laurent lea leila leo leon leonie liliane lise loic
lola louis louise luc lucas lucie lucien lucienne ludovic lydie madeleine manon marc marcel
marcelle margaux marguerite maria marianne marie mariette marine marion marius marjorie marlene
marthe martin martine maryse mathias mathieu mathilde matthieu maud maurice maxime melanie melissa
michel michele michelle mireille mohamed monique morgane muriel mylene myriam nadege nadia nadine
nancy natacha nathalie nicolas nicole noel noemie odette odile olivier ophelie pascal pascale
patrice patricia patrick paul paule paulette pauline philippe pierre rachel rachid raphael raymond
raymonde rebecca regine regis rejean remi remy renaud rene renee richard robert roger roland
romain romane rosalie rose sabine sabrina samira samuel sandra sandrine sarah sebastien serge
simon simone solange solene sonia sophie stephane stephanie suzanne sylvain sylvie tanguy thibault
thierry thomas tristan valentin valentine valerie vanessa veronique victoire vincent virginie
viviane xavier yann yannick yasmine yolande yvan yves yvette yvon yvonne zoe

adam amy andrew angela barbara brian carol christopher cynthia deborah diane donald donna edward
elizabeth emily ethan frank gary george grace henry james janet jason jeffrey jennifer jessica
john joshua karen kathleen kenneth kevin kimberly laura linda lisa margaret mark mary matthew
megan michael oliver pamela peter ronald ruth ryan scott sharon stephen steven susan timothy
walter william
"""
USUAL = frozenset(NAMES.split())
